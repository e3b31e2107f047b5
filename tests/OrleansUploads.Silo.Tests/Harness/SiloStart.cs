namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>How a silo is started.</summary>
/// <param name="Environment">Its environment variables; null removes one.</param>
internal sealed record SiloStart(IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>The build that runs.</summary>
    public string Program { get; init; } = Repository.SiloProgram;

    /// <summary>The group ID of the process, or null for that of the tests. Firewalls can tell processes apart by it.</summary>
    public int? Group { get; init; }

    public CapturedProcess Run(params string[] arguments) => CommandLine.StartProgram(
        [Program, .. arguments], Environment, Group is { } group ? ["setpriv", $"--regid={group}", "--clear-groups"] : null);

    /// <summary>The same start with another value of an environment variable.</summary>
    public SiloStart With(string variable, string? value) => this with
    {
        Environment = new Dictionary<string, string?>(Environment) { [variable] = value },
    };

    /// <summary>The same start with the bytes in an object store instead of a folder.</summary>
    public SiloStart WithParts(string parts) => With(VariableOf(nameof(SiloSettings.PartsFolder)), null).With(VariableOf(nameof(SiloSettings.Parts)), parts);

    /// <summary>The same start with the bytes in the bucket of a store that <see cref="S3Calls.StartStoreAsync"/> has started.</summary>
    public SiloStart WithPartsIn(ServerProcess store, Uri? address = null) => WithPartsInS3(
        $"s3://{S3Calls.Bucket}/cluster", address ?? store.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);

    /// <summary>The same start with the bytes in a bucket of a server that speaks S3.</summary>
    public SiloStart WithPartsInS3(string parts, Uri endpoint, string accessKeyId, string secretAccessKey) => WithParts(parts)
        .With("OrleansUploads__PartsEndpoint", endpoint.ToString())
        .With("AWS_ACCESS_KEY_ID", accessKeyId)
        .With("AWS_SECRET_ACCESS_KEY", secretAccessKey);
}
