using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Parsers of client input never throw, and the text of a parsed value parses to the same value. The inputs differ with each
/// commit.</summary>
public sealed class ParserTests
{
    private const string Arn = "arn:aws:glacier:us-east-1:111122223333:vaults/plain";
    private const int Inputs = 20_000;

    private static readonly string[] Valid =
    [
        "AWS4-HMAC-SHA256 Credential=AKIA/20260301/us-east-1/glacier/aws4_request, SignedHeaders=host;x-amz-date, Signature="
            + "b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6",
        "/-/vaults/plain/jobs/x/output?limit=1&marker=%41", "bytes=0-1048575", "0-1048575", "20260301T120000Z",
        "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00Z", "111122223333", "plain", new('a', 138), new('u', 92), new('l', 24),
        "b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6", "node-7/1", "20260301/us-east-1/glacier/aws4_request",
        $"{638_000_000_000_000_000:x16}{new string('j', 92)}", Arn, "7d", "standard=3h",
    ];

    /// <summary>Each parses a text and returns the parsed value as a text, or null if it rejects the text.</summary>
    private static readonly Dictionary<string, Func<string, string?>> Parsers = new()
    {
        ["authorization"] = text => AuthorizationHeader.TryParse(text, out var header, out _) ? header.ToString() : null,
        ["scope"] = text => CredentialScope.TryParse(text, out var scope) ? scope.ToString() : null,
        ["signed time"] = text => AmzTimestamp.TryParse(text, out var at) ? AmzTimestamp.Format(at) : null,
        ["time"] = text => GlacierDate.TryParse(text, out var at) ? GlacierDate.Format(at) : null,
        ["range"] = text => PartRange.TryParse(text, out var range) ? range.ToString() : null,
        ["limit"] = text => ProtocolNumber.TryParseLimit(text, out var limit) ? $"{limit}" : null,
        ["output range"] = text => OutputRange.TryRead(text, 1000, out var output, out _) ? $"bytes={output.Range}" : null,
        ["description"] = text => Description.TryParse(text, out var description) ? description.ToString() : null,
        ["account"] = text => AccountId.TryParse(text, out var id) ? id.ToString() : null,
        ["vault"] = text => VaultName.TryParse(text, out var name) ? name.ToString() : null,
        ["vault ARN"] = text => VaultArn.TryParseName(text, "us-east-1", Some.Account, out var name)
            ? VaultArn.Format("us-east-1", Some.Account, name.ToString())
            : null,
        ["archive"] = text => ArchiveId.TryParse(text, out var id) ? id.ToString() : null,
        ["upload"] = text => UploadId.TryParse(text, out var id) ? id.ToString() : null,
        ["job"] = text => JobId.TryParse(text, out var id) ? id.ToString() : null,
        ["lock"] = text => LockId.TryParse(text, out var id) ? id.ToString() : null,
        ["linear hash"] = text => LinearHash.TryParse(text, out var hash) ? hash.ToString() : null,
        ["tree hash"] = text => TreeHash.TryParse(text, out var hash) ? hash.ToString() : null,
        ["location"] = text => PartLocation.TryParse(text, out var location) ? location.ToString() : null,
        ["job marker"] = text => JobMarker.TryParse(text, out var cursor) ? JobMarker.Format(cursor) : null,
    };

    public static TheoryData<string> Names => [.. Parsers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_accepted_text_parses_to_the_same_value_after_formatting(string name)
    {
        var parse = Parsers[name];
        var dice = new Dice(CommitSeed.First);
        var accepted = 0;
        for (var i = 0; i < Inputs; i++)
        {
            if (Text(dice) is var text && parse(text) is { } parsed)
            {
                accepted++;
                Assert.True(
                    parsed == parse(parsed),
                    $"seed {CommitSeed.First}: '{text}' was parsed as '{parsed}', which was parsed as '{parse(parsed)}'.");
            }
        }

        Assert.True(accepted > 0, "No input was accepted.");
    }

    [Fact]
    public void Any_target_can_be_parsed()
    {
        var dice = new Dice(CommitSeed.First);
        for (var i = 0; i < Inputs; i++)
        {
            var text = Text(dice);
            var target = RequestTarget.Parse(text);
            Assert.True(target.Segments.Length == 0 || text.StartsWith('/'));
            Assert.DoesNotContain("..", target.Segments);
            _ = target.Query.FirstValue("limit");
            foreach (var method in new[] { "GET", "PUT", "POST", "DELETE" })
            {
                _ = GlacierOperation.Find(method, target);
            }
        }
    }

    [Fact]
    public void Every_valid_policy_is_accepted_and_can_be_evaluated()
    {
        var dice = new Dice(CommitSeed.First);
        var grammar = new PolicyGrammar(dice, Arn);
        for (var i = 0; i < Inputs / 10; i++)
        {
            var policy = PolicyDocument.Parse(grammar.Document());
            Assert.Null(policy.FindStatementForOtherVaults(Arn));
            _ = PolicyVerdict.Evaluate(new EffectivePolicy(policy, Arn), null, Request(dice));
        }
    }

    [Fact]
    public void A_corrupted_policy_is_accepted_or_refused_with_a_message()
    {
        var dice = new Dice(CommitSeed.First);
        var grammar = new PolicyGrammar(dice, Arn);
        var mutator = new Mutator(dice);
        var refused = 0;
        for (var i = 0; i < Inputs / 10; i++)
        {
            try
            {
                var policy = PolicyDocument.Parse(mutator.Tokens(grammar.Document(), Language.Json));
                _ = PolicyVerdict.Evaluate(new EffectivePolicy(policy, Arn), null, Request(dice));
            }
            catch (PolicyFormatException flaw)
            {
                Assert.NotEmpty(flaw.Message);
                refused++;
            }
        }

        Assert.InRange(refused, Inputs / 40, (Inputs / 10) - 1);
    }

    [Fact]
    public void A_corrupted_body_is_accepted_or_refused()
    {
        string[] bodies =
        [
            $$"""{"Type":"archive-retrieval","ArchiveId":"{{new string('a', 138)}}","Tier":"Bulk","RetrievalByteRange":"0-1048575"}""",
            """
            {"Type":"inventory-retrieval","Format":"CSV","InventoryRetrievalParameters":{"StartDate":"2026-03-01T12:00:00Z",
            "EndDate":"2026-03-02T12:00:00Z","Limit":"10","Marker":null}}
            """,
            """{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1}]}}""",
        ];
        var dice = new Dice(CommitSeed.First);
        var mutator = new Mutator(dice);
        for (var i = 0; i < Inputs; i++)
        {
            var body = mutator.Document(Encoding.UTF8.GetBytes(dice.Pick(bodies)), Language.Json);
            Assert.NotEqual(JobRequest.TryRead(body, out _, out var jobError), jobError is not null);
            Assert.NotEqual(RetrievalPolicyBody.TryRead(body, out _, out var policyError), policyError is not null);
        }
    }

    private static PolicyRequest Request(Dice dice)
    {
        var (owner, stranger) = (GatewaySetup.Account, GatewaySetup.StrangersAccount);
        return new PolicyRequest
        {
            Action = dice.PickFrom(Enum.GetValues<VaultAction>()),
            Owner = owner,
            Caller = dice.OneIn(2) ? owner : stranger,
            At = dice.Pick(DateTimeOffset.UnixEpoch, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)),
            Source = dice.OneIn(3) ? null : dice.OneIn(2) ? System.Net.IPAddress.Loopback : System.Net.IPAddress.IPv6Loopback,
            UserAgent = dice.OneIn(2) ? null : OddText.Of(dice),
            Tags = new Dictionary<string, string> { ["LegalHold"] = OddText.Of(dice) },
            ArchiveAgeDays = dice.OneIn(2) ? null : dice.Below(1000),
        };
    }

    private static string Text(Dice dice) => dice.Below(6) switch
    {
        0 => OddText.Of(dice),
        1 => OddText.Range(dice),
        2 => dice.Pick(Valid),
        _ => new Mutator(dice).Tokens(dice.Pick(Valid), Language.Header),
    };
}
