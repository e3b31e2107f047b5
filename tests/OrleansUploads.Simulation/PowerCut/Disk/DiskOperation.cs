namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>The disk operations that can fail, or at which the power can be cut.</summary>
internal enum DiskOperation
{
    /// <summary>Bytes come into a file's cache, or room is taken for them.</summary>
    Write,

    /// <summary>A name is made, moved or taken away.</summary>
    Name,

    /// <summary>fsync or fdatasync of a file.</summary>
    FlushFile,

    /// <summary>fsync of a directory.</summary>
    FlushDirectory,

    /// <summary>A file is closed; some file systems tell only then that they could not write it.</summary>
    Close,
}
