namespace OrleansUploads.TestKit.Processes;

/// <summary>A small disk, to be filled up. Mounting it requires Linux and root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    private string Ballast => Path.Combine(_path, "ballast");

    /// <summary>Mounts a disk in memory (tmpfs), or skips the test if that is impossible.</summary>
    public static async Task<SmallDisk> MountAsync(string path, int mebibytes)
    {
        Directory.CreateDirectory(path);
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", path),
            "tmpfs cannot be mounted. Run this test on Linux as root.");
        return new SmallDisk(path);
    }

    /// <summary>Mounts a disk with a file system of real blocks (ext4 in a file), or skips the test if that is impossible.</summary>
    public static async Task<SmallDisk> MountExt4Async(string path, string image, int mebibytes)
    {
        Directory.CreateDirectory(path);
        using (var file = File.OpenHandle(image, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.SetLength(file, mebibytes * 1024L * 1024);
        }

        // Without blocks for root, which tests run as.
        Assert.SkipUnless(
            OperatingSystem.IsLinux()
                && await RunAsync("mkfs.ext4", "-q", "-F", "-m", "0", image)
                && await RunAsync("mount", "-o", "loop", image, path),
            "ext4 cannot be mounted. Run this test on Linux as root.");
        return new SmallDisk(path);
    }

    /// <summary>Fills the disk except for some bytes.</summary>
    public void FillUp(int leaveBytes)
    {
        using var file = File.OpenHandle(Ballast, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var block = new byte[4096];
        var length = RandomAccess.GetLength(file);
        try
        {
            for (; ; length += block.Length)
            {
                RandomAccess.Write(file, block, length);
            }
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, length - leaveBytes);
        }
    }

    public void MakeRoom() => File.Delete(Ballast);

    public async ValueTask DisposeAsync() => Assert.True(await RunAsync("umount", _path), $"Cannot unmount {_path}.");

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        await using var process = CapturedProcess.Start(program, arguments, []);
        return await process.WaitForExitAsync(TimeLimit) == 0;
    }
}
