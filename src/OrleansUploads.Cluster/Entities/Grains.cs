using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Core;

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

/// <summary>A vault's jobs.</summary>
[GrainType("ou-jobs")]
public sealed class JobsGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Jobs, ports), IJobsGrain;
