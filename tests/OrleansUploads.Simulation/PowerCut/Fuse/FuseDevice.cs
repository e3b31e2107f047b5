using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Simulation.PowerCut.Fuse;

/// <summary>The requests and replies of a FUSE file system.</summary>
internal sealed class FuseDevice(FuseMount mount) : IDisposable
{
    private const int Interrupted = 4;
    private const int NoSuchEntry = 2;
    private const int TryAgain = 11;

    public static FuseDevice Mount(string path) => new(FuseMount.Create("power-cut", path, "allow_other,default_permissions"));

    /// <summary>Waits for a request.</summary>
    /// <returns>Its length in bytes, or 0 if the file system was unmounted.</returns>
    public int Receive(byte[] buffer)
    {
        while (true)
        {
            var read = Read(mount.Device, buffer, (nuint)buffer.Length);
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

    public void Reply(byte[] buffer, int length) => Write(mount.Device, buffer, (nuint)length);

    public void Unmount() => mount.Unmount();

    public void Dispose() => mount.Dispose();

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Read(SafeFileHandle descriptor, byte[] buffer, nuint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(SafeFileHandle descriptor, byte[] buffer, nuint length);
}
