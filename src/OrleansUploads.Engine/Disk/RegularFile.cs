using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Disk;

/// <summary>Opens files under names that another user may have taken. A pipe neither blocks the caller nor counts as a file.</summary>
public static partial class RegularFile
{
    private const int ReadOnly = 0;
    private const int NoEntry = 2;
    private const int NoFolder = 20;
    private const int AccessDenied = 13;
    private const int Interrupted = 4;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    // O_NOFOLLOW is the only one of these flags whose value depends on the processor.
    private static readonly int NoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="followsLinks">Whether the last part of the path may be a link.</param>
    /// <exception cref="FileNotFoundException">Nothing is at the path.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    /// <exception cref="IOException">It is a link, or not a file, or cannot be opened.</exception>
    public static SafeFileHandle OpenForReading(string path, bool followsLinks)
    {
        if (!OperatingSystem.IsLinux() || !FileStatus.IsSupported)
        {
            return File.OpenHandle(path);
        }

        var file = Open(path, ReadOnly | NonBlocking | CloseOnExec | (followsLinks ? 0 : NoFollow));
        if (FileStatus.Read(file, FileStatus.Type, out var found) == 0 && found.IsRegular)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"{path} is not a file.");
    }

    /// <summary>Reads a file from its beginning to its end.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="IOException">It cannot be read, or became shorter meanwhile.</exception>
    public static byte[] ReadAll(SafeFileHandle file, string path)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(read), read);
            read += count > 0 ? count : throw new EndOfStreamException($"{path} became shorter while it was read.");
        }

        return bytes;
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        while (true)
        {
            var descriptor = OpenDescriptor(path, flags);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
            {
                continue;
            }

            var message = $"Cannot open '{path}': {Marshal.GetPInvokeErrorMessage(error)}.";
            throw error switch
            {
                NoEntry => new FileNotFoundException(message, path),
                NoFolder => new DirectoryNotFoundException(message),
                AccessDenied => new UnauthorizedAccessException(message),
                _ => new IOException(message, error),
            };
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}
