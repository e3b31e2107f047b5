namespace OrleansUploads.Engine.Ports;

/// <summary>The part store has no room left. Nothing was stored. Retrying helps after space has been freed.</summary>
public sealed class PartStoreFullException : Exception
{
    /// <param name="message">What was attempted.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public PartStoreFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The part store cannot carry out the request at the moment: it does not answer, is overloaded, or refuses writes.
/// Nothing was acknowledged. Retrying later is safe and may succeed.</summary>
public class PartStoreUnavailableException : Exception
{
    /// <param name="message">What was attempted, and why it failed.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public PartStoreUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The disk of the part store failed, so the store refuses all writes until it is opened again. Nothing was stored.
/// </summary>
public sealed class PartStoreFailedException : PartStoreUnavailableException
{
    /// <param name="message">What failed, and what the operator must do.</param>
    /// <param name="inner">The error of the disk.</param>
    public PartStoreFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Stored bytes are missing or differ from what was written. Damaged bytes are never returned. Retrying does not help.
/// </summary>
public sealed class AttemptDamagedException : Exception
{
    /// <param name="message">Which attempt or manifest is damaged, and how.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public AttemptDamagedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
