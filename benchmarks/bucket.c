#include <stdint.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
/* bucket queue, same algorithm, packed label */
typedef struct {double c; int32_t o; int32_t pad;} lab;
typedef struct {double c; int32_t v; int32_t next;} ent;
void nearest(int64_t n,const int64_t*p,const int32_t*idx,const float*w,int64_t s,const int32_t*src,double per,int64_t mask,double*best,int32_t*owner){
  lab*L=malloc(n*sizeof(lab)); for(int64_t i=0;i<n;i++){L[i].c=INFINITY;L[i].o=-1;}
  int32_t*first=malloc((mask+1)*4); memset(first,255,(mask+1)*4);
  int64_t cap=1<<20,used=0,live=0; ent*E=malloc(cap*sizeof(ent)); int32_t fr=-1;
  for(int64_t i=0;i<s;i++){int32_t v=src[i]; if(L[v].c<=0)continue; L[v].c=0;L[v].o=i; E[used]=(ent){0,v,first[0]};first[0]=used++;live++;}
  int64_t b=0;
  while(live>0){int64_t sl=b&mask;
    while(first[sl]>=0){int32_t e=first[sl];first[sl]=-1;
      while(e>=0){ent x=E[e];E[e].next=fr;fr=e;e=x.next;live--; if(x.c!=L[x.v].c)continue; int32_t o=L[x.v].o;
        for(int64_t k=p[x.v];k<p[x.v+1];k++){int32_t v=idx[k];double r=x.c+w[k]; if(r>L[v].c)continue; if(r==L[v].c&&(o>=L[v].o))continue;
          L[v].c=r;L[v].o=o;int32_t ne; if(fr>=0){ne=fr;fr=E[ne].next;}else{ if(used==cap){cap*=2;E=realloc(E,cap*sizeof(ent));} ne=used++;}
          int64_t t=(int64_t)(r*per)&mask;E[ne]=(ent){r,v,first[t]};first[t]=ne;live++;}}}
    b++;}
  for(int64_t i=0;i<n;i++){best[i]=L[i].c;owner[i]=L[i].o;}
  free(L);free(first);free(E);
}
