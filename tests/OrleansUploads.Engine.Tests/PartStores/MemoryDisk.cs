using System.Diagnostics;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>A small disk in memory (tmpfs), to be filled up. Mounting it needs Linux and root.</summary>
internal sealed class MemoryDisk : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly bool _isMounted;

    public MemoryDisk(int mebibytes) => _isMounted = Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", _root.Path);

    public string Path => _root.Path;

    /// <summary>Skips the test if the disk could not be mounted.</summary>
    public void RequireMounted() => Assert.SkipUnless(_isMounted, "Mounting a memory file system needs Linux and root.");

    /// <summary>Fills the disk to the last page with a file of another program.</summary>
    /// <returns>The path of the file.</returns>
    public string FillUp()
    {
        var path = System.IO.Path.Combine(Path, "other");
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
        var at = RandomAccess.GetLength(file);
        foreach (var bytes in (int[])[1024 * 1024, 4096])
        {
            while (Record.Exception(() => RandomAccess.Write(file, new byte[bytes], at)) is null)
            {
                at += bytes;
            }

            at = RandomAccess.GetLength(file) / 4096 * 4096;
        }

        return path;
    }

    public void Dispose()
    {
        if (_isMounted)
        {
            Assert.True(Run("umount", Path));
        }

        _root.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
