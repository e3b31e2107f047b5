using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Disk;

/// <summary>A flush failed. What was to be made durable may be on the disk or not, in whole or in part, and must be written
/// anew: a second flush of the same bytes can succeed with nothing written.</summary>
public sealed class FlushFailedException : IOException
{
    private const int InputOutputError = 5;

    /// <param name="path">What was flushed.</param>
    /// <param name="error">The operating system's error number, which becomes the <see cref="Exception.HResult"/>.</param>
    public FlushFailedException(string path, int error)
        : base($"Cannot flush '{path}' to the disk: {Marshal.GetPInvokeErrorMessage(error)} (error {error}).", error)
    {
    }

    private FlushFailedException(string message, Exception inner)
        : base(message, inner) => HResult = InputOutputError;

    /// <summary>A flush that failed of something that cannot be made anew.</summary>
    public static FlushFailedException Final(FlushFailedException failure) =>
        new($"{failure.Message} It cannot be made anew.", failure);
}
