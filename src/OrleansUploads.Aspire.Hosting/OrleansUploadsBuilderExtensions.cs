using System.Reflection;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds OrleansUploads servers and clusters to an application.</summary>
public static class OrleansUploadsBuilderExtensions
{
    private const string Image = "orleans-uploads";
    private const string SiloImage = "orleans-uploads/silo";
    private const string SchemaImage = "orleans-uploads/postgres-schema";
    private const int Port = 9400;
    private const string DataFolder = "/data";
    private const string PartsFolder = "/parts";
    private const string HealthPath = "/healthz";
    private const string AccessKeyVariable = "ORLEANSUPLOADS_ACCESS_KEY_ID";
    private const string SecretVariable = "ORLEANSUPLOADS_SECRET_ACCESS_KEY";

    /// <summary>What libpq reads, and the connection property with its value.</summary>
    private static readonly (string Variable, string Property)[] PostgresVariables =
    [
        ("PGHOST", "Host"), ("PGPORT", "Port"), ("PGUSER", "Username"), ("PGPASSWORD", "Password"), ("PGDATABASE", "DatabaseName"),
    ];

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
        var (id, secret) = builder.KeyOf(name, accessKeyId, secretAccessKey);
        return builder.AddContainer(new OrleansUploadsResource(name, id, secret), Image, port)
            .WithEnvironment(AccessKeyVariable, $"{id}")
            .WithEnvironment(SecretVariable, $"{secret}");
    }

    /// <summary>Adds a cluster that keeps its decisions in a database of PostgreSQL, and its bytes in a volume that the silos share. Each silo
    /// is a container that serves S3 and Amazon Glacier's vault API, and is healthy when it does. A container creates the tables
    /// before.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name of the first silo, and of its connection string. The others have the suffixes <c>-2</c>, <c>-3</c> and so
    /// on.</param>
    /// <param name="database">The database, such as the one that <c>AddPostgres("postgres").AddDatabase("decisions")</c> returns. It must have
    /// the connection properties Host, Port, Username, Password and DatabaseName.</param>
    /// <param name="silos">The number of silos, from 1 to 16.</param>
    /// <param name="accessKeyId">The ID of the operator's access key; null for one that is generated and kept in the user secrets.</param>
    /// <param name="secretAccessKey">The secret of that key; null for one that is generated and kept in the user secrets.</param>
    /// <param name="port">The port of the first silo on the host; null for a free one.</param>
    /// <returns>The first silo. All silos give the same answers. Their images are <c>orleans-uploads/silo</c> and
    /// <c>orleans-uploads/postgres-schema</c> with the version of this package.</returns>
    public static IResourceBuilder<OrleansUploadsResource> AddOrleansUploadsCluster(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<IResourceWithConnectionString> database,
        int silos = 2,
        IResourceBuilder<ParameterResource>? accessKeyId = null,
        IResourceBuilder<ParameterResource>? secretAccessKey = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentOutOfRangeException.ThrowIfLessThan(silos, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(silos, 16);
        var tables = builder.AddContainer($"{name}-tables", SchemaImage, Version).WaitFor(database);
        foreach (var (variable, property) in PostgresVariables)
        {
            tables.WithEnvironment(variable, database.Resource.GetConnectionProperty(property));
        }

        var (id, secret) = builder.KeyOf(name, accessKeyId, secretAccessKey);
        string? volume = null;
        var first = AddSilo(name, port);
        for (var number = 2; number <= silos; number++)
        {
            AddSilo($"{name}-{number}", siloPort: null).WithParentRelationship(first);
        }

        return first;

        IResourceBuilder<OrleansUploadsResource> AddSilo(string siloName, int? siloPort)
        {
            var silo = builder.AddContainer(new OrleansUploadsResource(siloName, id, secret), SiloImage, siloPort);
            volume ??= VolumeNameGenerator.Generate(silo, "parts");
            return silo
                .WithEnvironment("OrleansUploads__Clustering", "postgres")
                .WithEnvironment("OrleansUploads__ConnectionString", database.Resource.ConnectionStringExpression)
                .WithEnvironment("OrleansUploads__ClusterId", name)
                .WithEnvironment("OrleansUploads__ServiceId", name)
                .WithEnvironment("OrleansUploads__PartsFolder", PartsFolder)
                .WithEnvironment("OrleansUploads__AccessKeyId", $"{id}")
                .WithEnvironment("OrleansUploads__SecretAccessKey", $"{secret}")
                .WithVolume(volume, PartsFolder)
                .WaitForCompletion(tables);
        }
    }

    /// <summary>Keeps the data in a volume. A cluster has its own.</summary>
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

    private static IResourceBuilder<OrleansUploadsResource> AddContainer(
        this IDistributedApplicationBuilder builder, OrleansUploadsResource resource, string image, int? port) =>
        builder.AddResource(resource)
            .WithImage(image, Version)
            .WithHttpEndpoint(port, targetPort: Port, name: OrleansUploadsResource.PrimaryEndpointName)
            .WithHttpHealthCheck(HealthPath);

    /// <summary>The access key that the application names, or one that is generated.</summary>
    private static (ParameterResource Id, ParameterResource Secret) KeyOf(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? accessKeyId,
        IResourceBuilder<ParameterResource>? secretAccessKey)
    {
        return (
            accessKeyId?.Resource ?? Generate("access-key-id", lower: false),
            secretAccessKey?.Resource ?? Generate("secret-access-key", lower: true));

        ParameterResource Generate(string suffix, bool lower) => ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(
            builder, $"{name}-{suffix}", lower: lower, special: false);
    }
}
