namespace OrleansUploads.Engine.Ports;

/// <summary>The part store has no room left. Nothing was stored; trying again helps once there is room.</summary>
public sealed class PartStoreFullException : Exception
{
    /// <summary>Says what was attempted.</summary>
    public PartStoreFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>Stored bytes are missing or are not those that were written. They are never handed out.</summary>
public sealed class AttemptDamagedException : Exception
{
    /// <summary>Says which attempt or manifest, and what is wrong with it.</summary>
    public AttemptDamagedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
