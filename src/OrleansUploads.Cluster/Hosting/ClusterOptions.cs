using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Figures of the entities in a cluster; the same on all silos.</summary>
public sealed record ClusterOptions
{
    /// <summary>How long uploads and their records live.</summary>
    public UploadPolicy Uploads { get; init; } = new();

    /// <summary>How long retrievals take.</summary>
    public RetrievalPolicy Retrievals { get; init; } = new();

    /// <summary>What accounts may have.</summary>
    public AccountPolicy Accounts { get; init; } = new();

    /// <summary>When inventories are taken.</summary>
    public InventorySchedule Inventories { get; init; } = InventorySchedule.Current;

    /// <summary>How often unowned bytes are collected, and from what age on. Entities are woken by reminders instead.</summary>
    public MaintenanceOptions Maintenance { get; init; } = new();

    /// <summary>The entities' clock. Orleans keeps its own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A journal write that has not ended by then has an unknown outcome.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest time between two ticks of an entity's reminder; Orleans allows no less than a minute unless it is
    /// told to.</summary>
    public TimeSpan WakeInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An entity that was not asked for this long leaves memory; more than a minute.</summary>
    public TimeSpan IdleLife { get; init; } = TimeSpan.FromMinutes(5);
}
