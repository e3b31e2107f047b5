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

/// <summary>A page of a vault's uploads in progress.</summary>
[GrainType("ou-upload-page")]
public sealed class UploadPageGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.UploadPage, ports), IUploadPageGrain;

/// <summary>The service.</summary>
[GrainType("ou-service")]
public sealed class ServiceGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Service, ports), IServiceGrain;

/// <summary>A bucket.</summary>
[GrainType("ou-bucket")]
public sealed class BucketGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Bucket, ports), IBucketGrain;

/// <summary>A leaf of one of a bucket's ordered indexes.</summary>
[GrainType("ou-key-leaf")]
public sealed class KeyLeafGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyLeaf, ports), IKeyLeafGrain;

/// <summary>The routes of one of a bucket's ordered indexes.</summary>
[GrainType("ou-key-routes")]
public sealed class KeyRoutesGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyRoutes, ports), IKeyRoutesGrain;
