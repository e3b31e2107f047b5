using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

internal sealed class GlacierProtocol : IProtocol
{
    private static readonly string[] Headers =
    [
        "x-amz-glacier-version", "x-amz-content-sha256", "x-amz-sha256-tree-hash", "x-amz-archive-description", "x-amz-archive-size",
        "x-amz-part-size", "Content-Range", "Range", "x-amz-date", "Host", "x-orleans-uploads-storage", "x-orleans-uploads-location",
        "x-orleans-uploads-create-key",
    ];

    private static readonly string[] Parameters =
        ["limit", "marker", "statuscode", "completed", "operation", "Limit", "li%6dit", "x", "", "X-Amz-Signature"];

    private static readonly string[] Targets = ["*", "", "vaults", "//", "/", "http://localhost/-/vaults", "/-/"];

    private readonly World _world = World.New();
    private readonly Dice _dice;
    private readonly ValidRequests _valid;

    public GlacierProtocol(Dice dice)
    {
        _dice = dice;
        _valid = new ValidRequests(_world, dice);
        Words = new Vocabulary(Headers, Parameters, Targets, Language.Json, OtherName);
    }

    public Judge Judge { get; } = new GlacierJudge();

    public Vocabulary Words { get; }

    public Task CreateSamplesAsync(FuzzServer server) => new SampleData(server, _world).CreateAsync();

    public FuzzRequest Any() => _valid.Any();

    public string? OperationOf(FuzzRequest request) =>
        GlacierOperation.Find(request.Method, RequestTarget.Parse(request.Target))?.Action.ToString();

    public Task<string> ReadStateAsync(FuzzServer server, bool withBytes) => _world.ReadAsync(server, withBytes);

    public bool MayWriteUnseen(string? operation) => operation == nameof(VaultAction.UploadArchive);

    /// <summary>Whether the records are those of an archive upload in one request whose body was refused. Such an upload
    /// begins before its body is checked, so exactly its vault and a new upload are written to.</summary>
    public bool AreUnseen(string? operation, IReadOnlyList<(EntityId Entity, long Version)> written)
    {
        var streams = written.GroupBy(record => record.Entity).ToList();
        return streams.Count(stream => stream.Key.Kind == EntityKind.Vault) == 1
            && streams.Count(stream => stream.Key.Kind == EntityKind.Upload && stream.Min(record => record.Version) == 0) == 1
            && streams.Count == 2;
    }

    private string OtherName()
    {
        var vault = _world.AnyVault(_dice);
        return _dice.Below(7) switch
        {
            0 when vault.Archives.Count > 0 => _dice.PickFrom(vault.Archives).Id,
            1 when vault.Uploads.Count > 0 => _dice.PickFrom(vault.Uploads).Id,
            2 when vault.Jobs.Count > 0 => _dice.PickFrom(vault.Jobs),
            3 when vault.Locks.Count > 0 => _dice.PickFrom(vault.Locks),
            4 => vault.Account,
            5 => vault.Arn,
            _ => vault.Name,
        };
    }
}
