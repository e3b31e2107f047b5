namespace OrleansUploads.Cli.CommandLine;

/// <summary>Tells a second signal from a copy of the first. Programs such as <c>timeout</c> send a signal to the process and also to its
/// group.</summary>
internal sealed class SignalCount(TimeProvider time)
{
    /// <summary>A signal so soon after the first one is a copy of it.</summary>
    public static readonly TimeSpan CopyTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _first;

    /// <summary>Counts a signal. Returns whether it is a second one.</summary>
    public bool AddAndTestForSecond()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _first ??= now;
            return time.GetElapsedTime(_first.Value, now) >= CopyTime;
        }
    }
}
