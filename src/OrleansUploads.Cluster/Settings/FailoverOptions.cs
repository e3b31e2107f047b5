namespace OrleansUploads.Cluster.Settings;

/// <summary>Limits of what a gateway holds while silos are replaced.</summary>
public sealed record FailoverOptions
{
    /// <summary>The maximum time between a command and its answer. The SDKs wait 60 seconds for a response.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The maximum time for one attempt. A call that has no answer by then is lost: the connection on which it was sent has been
    /// closed. Longer than a journal write may take.</summary>
    public static readonly TimeSpan AttemptTime = TimeSpan.FromSeconds(15);

    /// <summary>The maximum time for a call of Orleans' own services in another silo, such as the directory of grains and the reminders,
    /// on which the calls of entities wait. Shorter than a journal write may take, because a write may wait for a reminder.</summary>
    public static readonly TimeSpan ServiceAttemptTime = TimeSpan.FromSeconds(7);

    /// <summary>The delay before an entity is asked again. It doubles with each attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The maximum delay before an entity is asked again.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The maximum number of commands that are held at a time.</summary>
    public int MaxCommands { get; init; } = 4096;

    /// <summary>The maximum length of the commands that are held at a time, as messages in bytes.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;
}
