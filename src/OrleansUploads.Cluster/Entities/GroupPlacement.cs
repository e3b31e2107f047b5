using Orleans.Placement;

namespace OrleansUploads.Cluster.Entities;

/// <summary>Places the entities of a group on the same silo.</summary>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("ou-group-placement")]
public sealed class GroupPlacement : PlacementStrategy;

/// <summary>Marks the grains of entities.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GroupPlacementAttribute() : PlacementAttribute(new GroupPlacement());
