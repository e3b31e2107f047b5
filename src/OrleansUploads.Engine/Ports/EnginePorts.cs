namespace OrleansUploads.Engine.Ports;

/// <summary>The stores that an engine works on. Tests and other stores replace them one by one.</summary>
/// <param name="Wakes">Lists those entities of the journal that asked to be woken.</param>
public sealed record EnginePorts(IJournal Journal, IWakeIndex Wakes, IPartStore Parts)
{
    /// <summary>Checks that every history in the journal is found under its name, so that bytes in use are not mistaken for bytes
    /// without an owner. Runs before each collection and once a day. Null if the journal verifies this on every read.</summary>
    /// <remarks>The check throws <see cref="JournalDamagedException"/> if a history would not be found.</remarks>
    public Func<CancellationToken, ValueTask>? CheckIndex { get; init; }
}
