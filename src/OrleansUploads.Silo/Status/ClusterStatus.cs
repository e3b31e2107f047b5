namespace OrleansUploads.Silo.Status;

/// <summary>The property names are part of the output of <c>status --json</c>. Read from the stores, without asking silos.</summary>
internal sealed record ClusterStatus
{
    /// <summary>The cluster ID that its silos tell each other.</summary>
    public required string Cluster { get; init; }

    /// <summary>What distinguishes the cluster from its copies.</summary>
    public required string Identity { get; init; }

    public required string Database { get; init; }

    /// <summary>The silos that are not dead, by their addresses.</summary>
    public required IReadOnlyList<Member> Members { get; init; }

    public required StoreStatus Store { get; init; }

    public required bool ClockIsTrusted { get; init; }

    /// <summary>The latest heartbeat of any silo, or null if there was none.</summary>
    public DateTimeOffset? LastHeartbeat { get; init; }

    /// <summary>Until when a backup prevents deletions, or null if none is in progress.</summary>
    public DateTimeOffset? BackupUntil { get; init; }

    /// <summary>What needs attention: one sentence each, with what to do.</summary>
    public required IReadOnlyList<string> Attention { get; init; }
}

/// <summary>A silo in the table of silos.</summary>
/// <param name="Address">For other silos.</param>
/// <param name="State">Orleans' name, such as <c>Active</c>.</param>
/// <param name="Version">Of its program; null if it does not tell.</param>
/// <param name="LastReport">When it last reported that it is running.</param>
internal sealed record Member(string Address, string State, string? Version, DateTimeOffset Since, DateTimeOffset LastReport);

/// <summary>The part store of a cluster.</summary>
/// <param name="Mark">In hex digits; null if the store has none or does not answer.</param>
/// <param name="Owner">What the claim of its owner says, such as <c>is used by the cluster uploads</c>; null for a store
/// without an owner.</param>
internal sealed record StoreStatus(string Place, string? Mark, string? Owner);
