namespace OrleansUploads.Serving;

/// <summary>A command was interrupted. The message says what it may have done, and what to do.</summary>
internal sealed class InterruptedException(string message, Exception cause) : OperationCanceledException(message, cause)
{
    /// <summary>The exit code of an interrupted command. As shells count, it is 128 plus the number of the signal.</summary>
    public const int ExitCode = 130;
}
