// One after the other: the libraries share libtorch's threads.
[assembly: DoNotParallelize]
