namespace OrleansUploads.Serving;

/// <summary>A command was interrupted. The message says what it may have done, and what to do.</summary>
internal sealed class InterruptedException(string message, Exception cause) : OperationCanceledException(message, cause);
