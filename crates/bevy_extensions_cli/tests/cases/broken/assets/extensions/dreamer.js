//@extension requires sleepy
