using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Disk;

/// <summary>A flush failed. The data may be on the disk completely, partly or not at all. It must be written again:
/// repeating the flush can succeed without writing anything.</summary>
public sealed class FlushFailedException : IOException
{
    private const int InputOutputError = 5;

    /// <param name="path">The file or directory that was flushed.</param>
    /// <param name="error">The operating system's error number, which becomes the <see cref="Exception.HResult"/>.</param>
    public FlushFailedException(string path, int error)
        : base($"Cannot flush '{path}' to the disk: {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error)
    {
    }

    private FlushFailedException(string message, Exception inner)
        : base(message, inner) => HResult = InputOutputError;

    /// <summary>A failed flush of something that cannot be created again.</summary>
    public static FlushFailedException Final(FlushFailedException failure) =>
        new($"{failure.Message} It cannot be created again.", failure);
}
