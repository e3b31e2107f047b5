using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>What a server under test is made of. The host is a parameter, so that the same tests can run over a cluster.</summary>
public sealed record GatewaySetup
{
    public static readonly AccountId Account = Parse("111122223333");

    public static readonly AccountId StrangersAccount = Parse("999988887777");

    public SettableClock Clock { get; init; } = new();

    public IJournal Journal { get; init; } = new MemoryJournal();

    public IPartStore Parts { get; init; } = new MemoryPartStore();

    public UploadPolicy Uploads { get; init; } = new();

    public RetrievalPolicy Retrievals { get; init; } = new();

    public AccountPolicy Accounts { get; init; } = new();

    public VaultLimits Vaults { get; init; } = new();

    public InventorySchedule Inventories { get; init; } = InventorySchedule.Current;

    /// <summary>Who may sign.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } =
    [
        new(Signer.KeyId, Signer.Secret, Account),
        new(Signer.Stranger.AccessKeyId, Signer.Stranger.SecretKey, StrangersAccount),
    ];

    /// <summary>Where messages of the end of jobs go; null for nowhere.</summary>
    public INotifier? Notifier { get; init; }

    public GatewayOptions Options { get; init; } = new();

    /// <summary>Makes the host where a test does not care; the tests of the cluster put grains behind the gateway here.</summary>
    public static Func<GatewaySetup, IEntityHost> DefaultHost { get; set; } = static setup => new EmbeddedHost(
        new EntityCatalog(setup.Uploads, setup.Retrievals, setup.Accounts, setup.Inventories, vaults: setup.Vaults),
        setup.Journal,
        setup.Parts,
        setup.Clock,
        notifier: setup.Notifier);

    /// <summary>Makes the host; who made it disposes it if it can be disposed of.</summary>
    public Func<GatewaySetup, IEntityHost> Host { get; init; } = DefaultHost;

    private static AccountId Parse(string text) => AccountId.TryParse(text, out var id) ? id : throw new FormatException(text);
}
