using OrleansUploads.Cluster.Abstractions.Entities;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>An upload: the range map, the part hashes, the completion result.</summary>
[Alias("OrleansUploads.IUploadGrain")]
public interface IUploadGrain : IEntityGrain;
