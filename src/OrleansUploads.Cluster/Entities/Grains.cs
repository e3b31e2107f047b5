using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Entities;

/// <summary>An account.</summary>
[GrainType("ou-account")]
public sealed class AccountGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Account, ports), IAccountGrain;

/// <summary>A vault.</summary>
[GrainType("ou-vault")]
public sealed class VaultGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Vault, ports), IVaultGrain;

/// <summary>One shard of a vault's archive index.</summary>
[GrainType("ou-shard")]
public sealed class ArchiveShardGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.ArchiveShard, ports), IArchiveShardGrain;

/// <summary>The jobs of a vault.</summary>
[GrainType("ou-jobs")]
public sealed class JobsGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Jobs, ports), IJobsGrain;

/// <summary>The service.</summary>
[GrainType("ou-service")]
public sealed class ServiceGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Service, ports), IServiceGrain;

/// <summary>A bucket.</summary>
[GrainType("ou-bucket")]
public sealed class BucketGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Bucket, ports), IBucketGrain;

/// <summary>A leaf of an ordered index of a bucket or a vault.</summary>
[GrainType("ou-key-leaf")]
public sealed class KeyLeafGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyLeaf, ports), IKeyLeafGrain;

/// <summary>The routes of an ordered index of a bucket or a vault.</summary>
[GrainType("ou-key-routes")]
public sealed class KeyRoutesGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyRoutes, ports), IKeyRoutesGrain;
