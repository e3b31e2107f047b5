using System.Reflection;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OrleansUploads.Aspire.Hosting.Tests;

/// <summary>What an Aspire application knows of the server. No container runs.</summary>
public sealed class ModelTests : TestWithFolder
{
    private static readonly string Repository = typeof(ModelTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static entry => entry.Key == "Repository").Value!;

    [Fact]
    public async Task The_manifest_has_the_image_the_volume_the_endpoint_the_key_and_the_connection_string()
    {
        using var manifest = await PublishAsync(static builder => builder.AddOrleansUploads("uploads").WithDataVolume("photos"));

        var uploads = manifest.RootElement.GetProperty("resources").GetProperty("uploads");
        Assert.Equal("container.v0", Text(uploads, "type"));
        Assert.Equal("orleans-uploads:0.1.0", Text(uploads, "image"));
        Assert.Equal(
            "Endpoint={uploads.bindings.http.url};AccessKeyId={uploads-access-key-id.value};SecretAccessKey={uploads-secret-access-key.value}",
            Text(uploads, "connectionString"));
        var volume = Assert.Single(uploads.GetProperty("volumes").EnumerateArray());
        Assert.Equal(("photos", "/data"), (Text(volume, "name"), Text(volume, "target")));
        var environment = uploads.GetProperty("env");
        Assert.Equal("{uploads-access-key-id.value}", Text(environment, "ORLEANSUPLOADS_ACCESS_KEY_ID"));
        Assert.Equal("{uploads-secret-access-key.value}", Text(environment, "ORLEANSUPLOADS_SECRET_ACCESS_KEY"));
        var binding = uploads.GetProperty("bindings").GetProperty("http");
        Assert.Equal(("http", 9400), (Text(binding, "scheme"), binding.GetProperty("targetPort").GetInt32()));
        Assert.True(manifest.RootElement.GetProperty("resources").GetProperty("uploads-secret-access-key")
            .GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean());
    }

    [Fact]
    public async Task A_key_of_the_application_is_used()
    {
        using var manifest = await PublishAsync(static builder => builder.AddOrleansUploads(
            "uploads", builder.AddParameter("key"), builder.AddParameter("secret", secret: true)));
        var uploads = manifest.RootElement.GetProperty("resources").GetProperty("uploads");
        Assert.EndsWith(";AccessKeyId={key.value};SecretAccessKey={secret.value}", Text(uploads, "connectionString"), StringComparison.Ordinal);
        Assert.False(manifest.RootElement.GetProperty("resources").TryGetProperty("uploads-access-key-id", out _));
    }

    [Fact]
    public async Task A_program_gets_the_connection_string_or_what_the_tools_of_Amazon_read()
    {
        using var manifest = await PublishAsync(static builder =>
        {
            var uploads = builder.AddOrleansUploads("uploads").WithDataBindMount("/srv/uploads");
            builder.AddContainer("program", "program").WithReference(uploads);
            builder.AddContainer("aws", "amazon/aws-cli").WithAwsEnvironment(uploads);
        });
        var resources = manifest.RootElement.GetProperty("resources");
        Assert.Equal("{uploads.connectionString}", Text(resources.GetProperty("program").GetProperty("env"), "ConnectionStrings__uploads"));
        var aws = resources.GetProperty("aws").GetProperty("env");
        Assert.Equal("{uploads.bindings.http.url}", Text(aws, "AWS_ENDPOINT_URL"));
        Assert.Equal("{uploads-access-key-id.value}", Text(aws, "AWS_ACCESS_KEY_ID"));
        Assert.Equal("{uploads-secret-access-key.value}", Text(aws, "AWS_SECRET_ACCESS_KEY"));
        Assert.Equal("/data", Text(Assert.Single(resources.GetProperty("uploads").GetProperty("bindMounts").EnumerateArray()), "target"));
    }

    [Fact]
    public void The_server_has_one_health_check_a_port_and_a_name_for_its_volume()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var uploads = builder.AddOrleansUploads("uploads", port: 9500).WithDataVolume().Resource;
        Assert.Equal(9500, Assert.Single(uploads.Annotations.OfType<EndpointAnnotation>()).Port);
        Assert.Contains("/healthz", Assert.Single(uploads.Annotations.OfType<HealthCheckAnnotation>()).Key, StringComparison.Ordinal);
        Assert.EndsWith("-uploads-data", Assert.Single(uploads.Annotations.OfType<ContainerMountAnnotation>()).Source, StringComparison.Ordinal);
        var properties = ((IResourceWithConnectionString)uploads).GetConnectionProperties();
        Assert.Equal(["Uri", "AccessKeyId", "SecretAccessKey"], properties.Select(static property => property.Key));
    }

    [Fact]
    public async Task The_silos_of_a_cluster_share_the_database_the_key_and_the_bytes_and_their_tables_are_created_first()
    {
        using var manifest = await PublishAsync(static builder => builder.AddOrleansUploadsCluster(
            "uploads", builder.AddPostgres("postgres").AddDatabase("decisions"), silos: 2));

        var resources = manifest.RootElement.GetProperty("resources");
        Assert.False(resources.TryGetProperty("uploads-3", out _));
        foreach (var silo in (string[])["uploads", "uploads-2"])
        {
            var (description, environment) = (resources.GetProperty(silo), resources.GetProperty(silo).GetProperty("env"));
            Assert.Equal("orleans-uploads/silo:0.1.0", Text(description, "image"));
            Assert.Equal(
                $"Endpoint={{{silo}.bindings.http.url}};AccessKeyId={{uploads-access-key-id.value}};SecretAccessKey={{uploads-secret-access-key.value}}",
                Text(description, "connectionString"));
            Assert.Equal("postgres", Text(environment, "OrleansUploads__Clustering"));
            Assert.Equal("{postgres.connectionString};Database=decisions", Text(environment, "OrleansUploads__ConnectionString"));
            Assert.Equal("uploads", Text(environment, "OrleansUploads__ServiceId"));
            Assert.Equal("{uploads-secret-access-key.value}", Text(environment, "OrleansUploads__SecretAccessKey"));
            var volume = Assert.Single(description.GetProperty("volumes").EnumerateArray());
            Assert.EndsWith("-uploads-parts", Text(volume, "name"), StringComparison.Ordinal);
            Assert.Equal(Text(environment, "OrleansUploads__PartsFolder"), Text(volume, "target"));
        }

        var tables = resources.GetProperty("uploads-tables");
        Assert.Equal("orleans-uploads/postgres-schema:0.1.0", Text(tables, "image"));
        Assert.Equal("{postgres.bindings.tcp.host}", Text(tables.GetProperty("env"), "PGHOST"));
        Assert.Equal("{postgres.bindings.tcp.port}", Text(tables.GetProperty("env"), "PGPORT"));
        Assert.Equal("postgres", Text(tables.GetProperty("env"), "PGUSER"));
        Assert.Equal("{postgres-password.value}", Text(tables.GetProperty("env"), "PGPASSWORD"));
        Assert.Equal("decisions", Text(tables.GetProperty("env"), "PGDATABASE"));
    }

    [Fact]
    public void Each_silo_has_a_health_check_and_waits_until_the_tables_are_created()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var database = builder.AddPostgres("postgres").AddDatabase("decisions");
        var uploads = builder.AddOrleansUploadsCluster("uploads", database, port: 9500).Resource;
        Assert.Equal(9500, Assert.Single(uploads.Annotations.OfType<EndpointAnnotation>()).Port);
        foreach (var silo in builder.Resources.OfType<OrleansUploadsResource>())
        {
            Assert.Contains("/healthz", Assert.Single(silo.Annotations.OfType<HealthCheckAnnotation>()).Key, StringComparison.Ordinal);
            var wait = Assert.Single(silo.Annotations.OfType<WaitAnnotation>());
            Assert.Equal(("uploads-tables", WaitType.WaitForCompletion), (wait.Resource.Name, wait.WaitType));
            Assert.Contains(wait.Resource.Annotations.OfType<WaitAnnotation>(), before => before.Resource == database.Resource);
        }
    }

    [Fact]
    public void The_images_of_a_cluster_have_what_the_resources_expect_of_them()
    {
        var images = File.ReadAllText(Path.Combine(Repository, "deploy/Dockerfile"));
        Assert.Contains("OrleansUploads__Listen=0.0.0.0:9400", images, StringComparison.Ordinal);
        Assert.Contains("--mode=0700 /parts", images, StringComparison.Ordinal);
        Assert.Contains("AS postgres-schema", images, StringComparison.Ordinal);
        var compose = File.ReadAllText(Path.Combine(Repository, "docker-compose.yml"));
        Assert.Contains("image: orleans-uploads/silo:0.1.0", compose, StringComparison.Ordinal);
        Assert.Contains("image: orleans-uploads/postgres-schema:0.1.0", compose, StringComparison.Ordinal);
        var settings = File.ReadAllText(Path.Combine(Repository, "src/OrleansUploads.Silo/Settings/SiloSettings.cs"));
        foreach (var setting in (string[])["Clustering", "ConnectionString", "ClusterId", "ServiceId", "PartsFolder", "AccessKeyId", "SecretAccessKey"])
        {
            Assert.Contains($" {setting} {{ get; set; }}", settings, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_image_has_what_the_resource_expects_of_it()
    {
        var image = File.ReadAllText(Path.Combine(Repository, "deploy/Dockerfile.single"));
        Assert.Contains("EXPOSE 9400\n", image, StringComparison.Ordinal);
        Assert.Contains("VOLUME /data\n", image, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:9400/healthz", image, StringComparison.Ordinal);
        var key = File.ReadAllText(Path.Combine(Repository, "src/OrleansUploads.Cli/Serving/OperatorKey.cs"));
        Assert.Contains("\"ORLEANSUPLOADS_ACCESS_KEY_ID\"", key, StringComparison.Ordinal);
        Assert.Contains("\"ORLEANSUPLOADS_SECRET_ACCESS_KEY\"", key, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private async Task<JsonDocument> PublishAsync(Action<IDistributedApplicationBuilder> add)
    {
        var path = Folder.File("manifest.json");
        var builder = DistributedApplication.CreateBuilder(["--operation", "publish", "--step", "publish-manifest", "--output-path", path]);
        add(builder);
        using (var app = builder.Build())
        {
            await app.RunAsync(Cancellation);
        }

        return JsonDocument.Parse(await File.ReadAllBytesAsync(path, Cancellation));
    }
}
