using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Entities;

[GrainType("ou-account")]
public sealed class AccountGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Account, ports), IAccountGrain;

[GrainType("ou-vault")]
public sealed class VaultGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Vault, ports), IVaultGrain;

[GrainType("ou-shard")]
public sealed class ArchiveShardGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.ArchiveShard, ports), IArchiveShardGrain;

[GrainType("ou-jobs")]
public sealed class JobsGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Jobs, ports), IJobsGrain;

[GrainType("ou-service")]
public sealed class ServiceGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Service, ports), IServiceGrain;

[GrainType("ou-bucket")]
public sealed class BucketGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Bucket, ports), IBucketGrain;

[GrainType("ou-key-leaf")]
public sealed class KeyLeafGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyLeaf, ports), IKeyLeafGrain;

[GrainType("ou-key-routes")]
public sealed class KeyRoutesGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.KeyRoutes, ports), IKeyRoutesGrain;
