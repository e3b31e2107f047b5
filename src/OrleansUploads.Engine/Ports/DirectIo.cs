namespace OrleansUploads.Engine.Ports;

/// <summary>Whether the bytes of large parts are written to the disk directly, past the page cache.</summary>
public enum DirectIo
{
    /// <summary>Where the file system allows it, except on network and user-space file systems and in memory.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
