using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.TestKit.Processes;

/// <summary>A mounted FUSE file system and its /dev/fuse descriptor. Needs Linux and root.</summary>
public sealed class FuseMount : IDisposable
{
    private const int OpenReadWriteCloseOnExec = 0x2 | 0x80000;
    private const int DetachMount = 2;
    private const ulong NoSetuidNoDevices = 2 | 4;

    private readonly string _path;
    private bool _isMounted = true;

    private FuseMount(SafeFileHandle device, string path) => (Device, _path) = (device, path);

    /// <summary>Why nothing can be mounted on this machine, or null if mounting is possible.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() ? "A FUSE file system needs Linux."
        : !File.Exists("/dev/fuse") ? "A FUSE file system needs /dev/fuse, which does not exist."
        : !Environment.IsPrivilegedProcess ? "Only root can mount a FUSE file system. Run this as root."
        : null;

    /// <summary>Has the requests of the kernel, and takes the replies.</summary>
    public SafeFileHandle Device { get; }

    /// <summary>Mounts a file system, which answers nothing yet, on a folder that exists.</summary>
    /// <param name="name">As the system's list of mounts shows it.</param>
    /// <param name="options">Further options of FUSE, with commas between them.</param>
    /// <exception cref="Win32Exception">The system refused it.</exception>
    public static FuseMount Create(string name, string path, string options)
    {
        var descriptor = Open("/dev/fuse", OpenReadWriteCloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "Cannot open /dev/fuse.");
        }

        var device = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Mount(name, path, "fuse", NoSetuidNoDevices, $"fd={descriptor},rootmode=40000,user_id=0,group_id=0,{options}") != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            device.Dispose();
            throw new Win32Exception(error, $"Cannot mount a FUSE file system on {path}.");
        }

        return new FuseMount(device, path);
    }

    public void Unmount()
    {
        if (_isMounted && Unmount(_path, DetachMount) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Cannot unmount {_path}.");
        }

        _isMounted = false;
    }

    /// <summary>Ends what waits for the file system.</summary>
    public void Dispose()
    {
        Unmount();
        Device.Dispose();
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
