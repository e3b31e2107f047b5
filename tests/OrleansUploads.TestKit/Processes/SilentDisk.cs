using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.TestKit.Processes;

/// <summary>A disk that never answers, like a file server that hangs: a FUSE file system without a program behind it.</summary>
public sealed class SilentDisk : IDisposable
{
    private const int OpenReadWriteCloseOnExec = 0x2 | 0x80000;
    private const int DetachMount = 2;
    private const ulong NoSetuidNoDevices = 2 | 4;

    private readonly SafeFileHandle _device;
    private readonly string _path;

    private SilentDisk(SafeFileHandle device, string path) => (_device, _path) = (device, path);

    /// <summary>Mounts the disk, or skips the test if that is impossible.</summary>
    public static SilentDisk Mount(string path)
    {
        Directory.CreateDirectory(path);
        var descriptor = OperatingSystem.IsLinux() ? Open("/dev/fuse", OpenReadWriteCloseOnExec) : -1;
        var device = new SafeFileHandle(descriptor, ownsHandle: true);
        var options = $"fd={descriptor},rootmode=40000,user_id=0,group_id=0,allow_other";
        if (descriptor < 0 || Mount("silent", path, "fuse", NoSetuidNoDevices, options) != 0)
        {
            device.Dispose();
            Assert.Skip("FUSE cannot be mounted. Run this test on Linux as root.");
        }

        return new SilentDisk(device, path);
    }

    /// <summary>Ends what waits for the disk.</summary>
    public void Dispose()
    {
        _ = Unmount(_path, DetachMount);
        _device.Dispose();
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mount(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string target,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string type,
        ulong flags,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string options);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unmount([MarshalAs(UnmanagedType.LPUTF8Str)] string target, int flags);
}
