"""What the planner brings, read at the door into the frames every other room stands on."""
