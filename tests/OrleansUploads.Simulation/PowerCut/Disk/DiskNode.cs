namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A file or a directory, in two versions: what programs see, and what a power cut leaves.</summary>
internal abstract class DiskNode(ulong id, uint type, uint permissions, string path)
{
    /// <summary>The kernel's number for the node.</summary>
    public ulong Id { get; } = id;

    /// <summary>The file type in the kernel's encoding. A socket, for example, has a name but no bytes.</summary>
    public uint Type { get; } = type;

    public uint Permissions { get; set; } = permissions;

    /// <summary>The last path of the node, for fault selection and for messages.</summary>
    public string Path { get; set; } = path;

    /// <summary>Number of names that currently refer to it.</summary>
    public int Links { get; set; }

    /// <summary>The kernel's lookup count of the node.</summary>
    public ulong Lookups { get; set; }

    public DateTimeOffset ModifiedAt { get; set; } = TimeProvider.System.GetUtcNow();

    public virtual long LengthBytes => 0;

    public virtual long AllocatedBytes => 0;

    /// <summary>Records a failed flush: the changes that it covered are not durable, and no later flush covers them.</summary>
    public abstract void LoseFlush();

    public abstract void Flush();

    /// <summary>The power fails.</summary>
    /// <param name="survival">Chooses which unflushed changes survive, or null if none does.</param>
    public abstract void LosePower(SeededRandom? survival);
}
