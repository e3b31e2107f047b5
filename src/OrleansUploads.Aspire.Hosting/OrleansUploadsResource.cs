namespace Aspire.Hosting.ApplicationModel;

/// <summary>A container with an OrleansUploads server.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="accessKeyId">The ID of the operator's access key.</param>
/// <param name="secretAccessKey">The secret of that key.</param>
public sealed class OrleansUploadsResource(string name, ParameterResource accessKeyId, ParameterResource secretAccessKey)
    : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "http";

    private EndpointReference? _primaryEndpoint;

    /// <summary>The ID of the operator's access key, which may do everything.</summary>
    public ParameterResource AccessKeyIdParameter { get; } = accessKeyId ?? throw new ArgumentNullException(nameof(accessKeyId));

    /// <summary>The secret of the operator's access key.</summary>
    public ParameterResource SecretAccessKeyParameter { get; } = secretAccessKey ?? throw new ArgumentNullException(nameof(secretAccessKey));

    /// <summary>The endpoint for S3, the vault API and the dashboard.</summary>
    public EndpointReference PrimaryEndpoint => _primaryEndpoint ??= new(this, PrimaryEndpointName);

    /// <summary>The address of the endpoint, such as <c>http://localhost:40001</c>.</summary>
    public ReferenceExpression UriExpression => ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Url)}");

    /// <summary>The connection string: <c>Endpoint=…;AccessKeyId=…;SecretAccessKey=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)};AccessKeyId={AccessKeyIdParameter};SecretAccessKey={SecretAccessKeyParameter}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Uri", UriExpression),
        new("AccessKeyId", ReferenceExpression.Create($"{AccessKeyIdParameter}")),
        new("SecretAccessKey", ReferenceExpression.Create($"{SecretAccessKeyParameter}")),
    ];
}
