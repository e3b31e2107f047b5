using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Buckets;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3;

/// <summary>Registers the front of S3.</summary>
internal static class S3Services
{
    /// <summary>Adds the front of S3 to the gateway.</summary>
    public static IServiceCollection AddS3Front(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(static kestrel => kestrel.ResponseHeaderEncodingSelector = ContentHeaders.EncodingOf!);
        services.AddSingleton<BucketFinder>();
        services.AddSingleton<BucketOperations>();
        services.AddSingleton<ListOperations>();
        services.AddSingleton<ObjectUploads>();
        services.AddSingleton<ObjectReads>();
        services.AddSingleton<ObjectProperties>();
        services.AddSingleton<ObjectRestores>();
        services.AddSingleton<ObjectDeletion>();
        services.AddSingleton<ObjectCopies>();
        services.AddSingleton<MultipartLists>();
        services.AddSingleton<IFront, S3Front>();
        return services;
    }
}
