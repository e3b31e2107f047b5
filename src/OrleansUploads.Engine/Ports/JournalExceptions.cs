namespace OrleansUploads.Engine.Ports;

/// <summary>The journal cannot carry out the request at the moment: I/O failed or timed out, or the disk is full.</summary>
/// <remarks>The outcome of a write is unknown. Retrying later may succeed.</remarks>
public sealed class JournalUnavailableException : Exception
{
    /// <param name="message">What was attempted, on which stream.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public JournalUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether the reason is that the disk is full.</summary>
    public bool IsDiskFull { get; init; }
}

/// <summary>The journal differs from what was written: a byte has changed, or a record is missing or incomplete.</summary>
/// <remarks>Retrying does not help. The message tells the operator what to do.</remarks>
public sealed class JournalDamagedException : Exception
{
    /// <param name="message">What is damaged, and what to do.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public JournalDamagedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
