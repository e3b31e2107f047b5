namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>An entity, as gateways and other entities call it. Ingestion nodes use <see cref="Uploads.IUploadGrain"/>
/// instead.</summary>
/// <remarks>The grain's key is the entity's key: an account ID, <c>account/vault</c>, <c>account/vault/epoch</c> and so on.</remarks>
[Alias("OrleansUploads.IEntityGrain")]
public interface IEntityGrain : IGrainWithStringKey
{
    /// <summary>Sends a command to the entity and waits for its answer. An answer reveals only durable state. Every command is
    /// safe to repeat.</summary>
    /// <param name="command">The command.</param>
    [Alias("Ask")]
    ValueTask<EntityReply> AskAsync(EntityMessage command);
}

/// <summary>An account: the list of its vaults.</summary>
[Alias("OrleansUploads.IAccountGrain")]
public interface IAccountGrain : IEntityGrain;

/// <summary>A vault: its uploads in progress, its totals and its settings.</summary>
[Alias("OrleansUploads.IVaultGrain")]
public interface IVaultGrain : IEntityGrain;

/// <summary>One shard of a vault's archive index.</summary>
[Alias("OrleansUploads.IArchiveShardGrain")]
public interface IArchiveShardGrain : IEntityGrain;

/// <summary>The jobs of a vault.</summary>
[Alias("OrleansUploads.IJobsGrain")]
public interface IJobsGrain : IEntityGrain;

/// <summary>A page of a vault's uploads in progress.</summary>
[Alias("OrleansUploads.IUploadPageGrain")]
public interface IUploadPageGrain : IEntityGrain;

/// <summary>The service: the times at which it was available, and whether its clock is trusted. There is one such grain, with the
/// key <c>service</c>.</summary>
[Alias("OrleansUploads.IServiceGrain")]
public interface IServiceGrain : IEntityGrain;

/// <summary>A bucket.</summary>
[Alias("OrleansUploads.IBucketGrain")]
public interface IBucketGrain : IEntityGrain;

/// <summary>A leaf of one of a bucket's ordered indexes.</summary>
[Alias("OrleansUploads.IKeyLeafGrain")]
public interface IKeyLeafGrain : IEntityGrain;

/// <summary>The routes of one of a bucket's ordered indexes.</summary>
[Alias("OrleansUploads.IKeyRoutesGrain")]
public interface IKeyRoutesGrain : IEntityGrain;
