namespace OrleansUploads.Engine.Ports;

public interface IStoreHealth
{
    /// <summary>Name of the check in the health report. Operators rely on it, so it never changes.</summary>
    string Name { get; }

    /// <summary>Fast, and safe to call from any thread.</summary>
    StoreHealth Read();
}

/// <summary>The health of a store at one moment.</summary>
/// <param name="Detail">What is wrong or soon will be, for the operator, or null.</param>
public sealed record StoreHealth(StoreCondition Condition, string? Detail = null, Exception? Cause = null)
{
    /// <summary>What is wrong in a few words that anyone may read, or null if the condition says it all. A healthy store may warn.</summary>
    public string? Summary { get; init; }

    public static StoreHealth Healthy { get; } = new(StoreCondition.Healthy);

    /// <summary>The health of a store whose disk hangs.</summary>
    /// <param name="howLong">How long it has not answered, such as "10 seconds".</param>
    public static StoreHealth Unanswered(string howLong, Exception? cause = null) =>
        new(StoreCondition.Unhealthy, $"The disk has not answered for {howLong}. Check it, or the file server that has it.", cause)
        {
            Summary = "disk does not answer",
        };
}

public enum StoreCondition
{
    Healthy,

    /// <summary>Some requests are refused; all others are served.</summary>
    Degraded,

    /// <summary>The server should get no requests until an operator has acted.</summary>
    Unhealthy,
}
