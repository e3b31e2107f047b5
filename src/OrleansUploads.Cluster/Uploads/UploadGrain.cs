using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload.</summary>
[GrainType("ou-upload")]
public sealed class UploadGrain(EntityGrainPorts ports) : EntityGrain(EntityKind.Upload, ports), IUploadGrain;
