namespace OrleansUploads.TestKit.Processes;

/// <summary>A disk that never answers, like a file server that hangs: a FUSE file system without a program behind it.</summary>
public static class SilentDisk
{
    /// <summary>Mounts the disk, or skips the test if that is impossible.</summary>
    public static FuseMount Mount(string path)
    {
        Assert.SkipWhen(FuseMount.Obstacle is not null, FuseMount.Obstacle ?? "");
        Directory.CreateDirectory(path);
        return FuseMount.Create("silent", path, "allow_other");
    }
}
