using System.Reflection;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds OrleansUploads servers to an application.</summary>
public static class OrleansUploadsBuilderExtensions
{
    private const string Image = "orleans-uploads";
    private const int Port = 9400;
    private const string DataFolder = "/data";
    private const string HealthPath = "/healthz";
    private const string AccessKeyVariable = "ORLEANSUPLOADS_ACCESS_KEY_ID";
    private const string SecretVariable = "ORLEANSUPLOADS_SECRET_ACCESS_KEY";

    /// <summary>Releases give it to packages and images alike.</summary>
    private static readonly string Version = typeof(OrleansUploadsResource).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Adds a server for S3 and Amazon Glacier's vault API. It is healthy when it serves requests. Its data is gone with the
    /// container, unless the server gets <see cref="WithDataVolume"/> or <see cref="WithDataBindMount"/>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the resource, and of its connection string.</param>
    /// <param name="accessKeyId">The ID of the operator's access key; null for one that is generated and kept in the user secrets.</param>
    /// <param name="secretAccessKey">The secret of that key; null for one that is generated and kept in the user secrets.</param>
    /// <param name="port">The port on the host; null for a free one.</param>
    /// <returns>The resource, whose image is <c>orleans-uploads</c> with the version of this package. <c>WithImageRegistry</c> names the
    /// registry that has it.</returns>
    public static IResourceBuilder<OrleansUploadsResource> AddOrleansUploads(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource>? accessKeyId = null,
        IResourceBuilder<ParameterResource>? secretAccessKey = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var resource = new OrleansUploadsResource(
            name,
            accessKeyId?.Resource ?? Generate("access-key-id", lower: false),
            secretAccessKey?.Resource ?? Generate("secret-access-key", lower: true));
        return builder.AddResource(resource)
            .WithImage(Image, Version)
            .WithHttpEndpoint(port, targetPort: Port, name: OrleansUploadsResource.PrimaryEndpointName)
            .WithEnvironment(AccessKeyVariable, $"{resource.AccessKeyIdParameter}")
            .WithEnvironment(SecretVariable, $"{resource.SecretAccessKeyParameter}")
            .WithHttpHealthCheck(HealthPath);

        ParameterResource Generate(string suffix, bool lower) => ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(
            builder, $"{name}-{suffix}", lower: lower, special: false);
    }

    /// <summary>Keeps the data in a volume.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the volume; null for one that is made of the names of the application and the resource.</param>
    public static IResourceBuilder<OrleansUploadsResource> WithDataVolume(
        this IResourceBuilder<OrleansUploadsResource> builder, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), DataFolder);
    }

    /// <summary>Keeps the data in a folder of the host. The user 10001, as whom the server runs, must be able to write to it.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="source">The folder.</param>
    public static IResourceBuilder<OrleansUploadsResource> WithDataBindMount(
        this IResourceBuilder<OrleansUploadsResource> builder, string source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithBindMount(source, DataFolder);
    }

    /// <summary>Gives a resource the address and the key of a server in the variables that Amazon's SDKs and its command line read.</summary>
    /// <typeparam name="T">The type of the resource.</typeparam>
    /// <param name="builder">The resource that uses the server.</param>
    /// <param name="uploads">The server.</param>
    public static IResourceBuilder<T> WithAwsEnvironment<T>(this IResourceBuilder<T> builder, IResourceBuilder<OrleansUploadsResource> uploads)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(uploads);
        var server = uploads.Resource;
        return builder
            .WithEnvironment("AWS_ENDPOINT_URL", server.PrimaryEndpoint)
            .WithEnvironment("AWS_ACCESS_KEY_ID", $"{server.AccessKeyIdParameter}")
            .WithEnvironment("AWS_SECRET_ACCESS_KEY", $"{server.SecretAccessKeyParameter}")
            .WithEnvironment("AWS_REGION", "us-east-1");
    }
}
