namespace OrleansUploads.Engine.Ports;

/// <summary>The journal could not do what was asked now: I/O failed, timed out, or the disk is full.</summary>
/// <remarks>Of a write it says nothing about the outcome. Trying again later may succeed.</remarks>
public sealed class JournalUnavailableException : Exception
{
    /// <summary>Says what was attempted, on which stream.</summary>
    public JournalUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The journal holds something other than what was written: a flipped byte, a missing or torn record.</summary>
/// <remarks>Trying again does not help; the message says what an operator can do.</remarks>
public sealed class JournalDamagedException : Exception
{
    /// <summary>Says what is damaged and what to do about it.</summary>
    public JournalDamagedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
