namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>Linux error numbers. They are the same on all architectures that .NET supports.</summary>
internal enum Errno
{
    None = 0,
    NoEntry = 2,
    InputOutput = 5,
    Exists = 17,
    NotDirectory = 20,
    IsDirectory = 21,
    Invalid = 22,
    NoSpace = 28,
    ReadOnly = 30,
    NameTooLong = 36,
    NotImplemented = 38,
    NotEmpty = 39,
    NotSupported = 95,
    Quota = 122,
}
