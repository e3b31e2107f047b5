namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>The disk operations that can fail, or at which the power can be cut.</summary>
internal enum DiskOperation
{
    /// <summary>Bytes are written to a file's cache, or space is allocated for them.</summary>
    Write,

    /// <summary>A name is created, moved or removed.</summary>
    Name,

    /// <summary>fsync or fdatasync of a file.</summary>
    FlushFile,

    /// <summary>fsync of a directory.</summary>
    FlushDirectory,

    /// <summary>A file is closed; some file systems report only then that they could not write it.</summary>
    Close,
}
