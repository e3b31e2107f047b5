using System.ComponentModel;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>A FUSE mount and its /dev/fuse descriptor. Needs Linux and root.</summary>
internal sealed class FuseDevice : IDisposable
{
    private const int OpenReadWriteCloseOnExec = 0x2 | 0x80000;
    private const int DetachMount = 2;
    private const int Interrupted = 4;
    private const int NoSuchEntry = 2;
    private const int TryAgain = 11;
    private const ulong NoSetuidNoDevices = 2 | 4;

    private readonly SafeFileHandle _device;
    private readonly string _path;
    private bool _isMounted = true;

    private FuseDevice(SafeFileHandle device, string path)
    {
        _device = device;
        _path = path;
    }

    /// <summary>Why nothing can be mounted on this machine, or null if mounting is possible.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() ? "The power-cut simulation needs Linux."
        : !File.Exists("/dev/fuse") ? "/dev/fuse does not exist. The power-cut simulation needs FUSE."
        : !Environment.IsPrivilegedProcess ? "The power-cut simulation mounts a file system. Run it as root."
        : null;

    public static FuseDevice Mount(string path)
    {
        var descriptor = Open("/dev/fuse", OpenReadWriteCloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "Cannot open /dev/fuse.");
        }

        var device = new SafeFileHandle(descriptor, ownsHandle: true);
        var options = $"fd={descriptor},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions";
        if (Mount("power-cut", path, "fuse", NoSetuidNoDevices, options) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            device.Dispose();
            throw new Win32Exception(error, $"Cannot mount a FUSE file system on {path}.");
        }

        return new FuseDevice(device, path);
    }

    /// <summary>Waits for a request.</summary>
    /// <returns>Its length in bytes, or 0 if the file system was unmounted.</returns>
    public int Receive(byte[] buffer)
    {
        while (true)
        {
            var read = Read(_device, buffer, (nuint)buffer.Length);
            if (read > 0)
            {
                return (int)read;
            }

            if (Marshal.GetLastPInvokeError() is not (Interrupted or NoSuchEntry or TryAgain))
            {
                return 0;
            }
        }
    }

    public void Reply(byte[] buffer, int length) => Write(_device, buffer, (nuint)length);

    public void Unmount()
    {
        if (_isMounted && Unmount(_path, DetachMount) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot unmount {_path}.");
        }

        _isMounted = false;
    }

    public void Dispose()
    {
        Unmount();
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

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Read(SafeFileHandle descriptor, byte[] buffer, nuint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(SafeFileHandle descriptor, byte[] buffer, nuint length);
}
