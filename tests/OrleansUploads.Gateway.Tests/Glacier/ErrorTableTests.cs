using System.Reflection;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Tests.Harness;
using OrleansUploads.Gateway.Tests.Http.Fronts;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>What cannot be done has an error, and each error is documented as it is.</summary>
public sealed class ErrorTableTests
{
    private static readonly Dictionary<string, string[]> Documented =
        Documentation.Rows("errors.md").DistinctBy(row => row[0]).ToDictionary(row => row[0].Trim('`'), row => row);

    [Fact]
    public void Each_refusal_has_its_documented_error_and_a_helpful_message()
    {
        var cases = typeof(Refusal).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Refusal))).ToList();
        Assert.Equal(41, cases.Count);
        foreach (var type in cases)
        {
            var error = GlacierRefusals.Describe(Make(type), "us-east-1", "the-id");
            AssertDocumented(type.Name, error);
            Assert.DoesNotContain("{", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("  ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(type.Name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_way_to_sign_wrongly_has_its_documented_error()
    {
        foreach (var outcome in Enum.GetValues<SignatureOutcome>().Where(outcome => outcome != SignatureOutcome.Verified))
        {
            AssertDocumented(outcome.ToString(), DescribeVerdict(outcome));
        }
    }

    [Fact]
    public void Each_fault_has_its_documented_error()
    {
        var entity = new EntityId(EntityKind.Vault, "x");
        Exception[] faults =
        [
            new PartStoreFullException("x"),
            new PartStoreFailedException("x", new IOException()),
            new PartStoreUnavailableException("x"),
            new EntityUnavailableException(entity, "x"),
            new JournalUnavailableException("x"),
            new JournalDamagedException("x"),
            new AttemptDamagedException("x"),
        ];
        foreach (var fault in faults)
        {
            AssertDocumented(fault.GetType().Name, DescribeFault(fault));
        }

        AssertDocumented("anything else", DescribeFault(new InvalidOperationException("secret")));
        Assert.DoesNotContain(
            "secret", DescribeFault(new InvalidOperationException("secret")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_behind_an_entity_is_told_as_what_it_is()
    {
        var entity = new EntityId(EntityKind.Vault, "x");
        foreach (var cause in new Exception[] { new JournalUnavailableException("x"), new JournalDamagedException("x") })
        {
            var behind = new EntityUnavailableException(entity, "x", cause);
            Assert.Equal(DescribeFault(cause), DescribeFault(behind));
        }
    }

    [Fact]
    public void Only_codes_that_the_server_sends_are_documented()
    {
        var codes = typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        var documented = Documented.Values.Select(row => row[1].Trim('`')).Where(code => char.IsUpper(code[0])).Distinct();
        Assert.Equal(codes.Order(), documented.Order());
    }

    private static GlacierError DescribeFault(Exception fault) =>
        GlacierHttpErrors.Describe(HttpFaults.ToError(fault, "the-request", maxDocumentBytes: 1024));

    private static GlacierError DescribeVerdict(SignatureOutcome outcome) =>
        GlacierHttpErrors.Describe(new HttpError.SignatureRejected(HttpErrorSamples.Verdict(outcome), "us-east-1"));

    private static void AssertDocumented(string name, GlacierError error)
    {
        Assert.True(Documented.TryGetValue(name, out var row), $"docs/errors.md has no line for {name}.");
        Assert.Equal($"`{error.Code}`", row[1]);
        Assert.Equal(error.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), row[2]);
        var sdksRetry = error.Status >= 500 || error.Code is ErrorCode.RequestTimeout or ErrorCode.Throttling;
        Assert.Equal(sdksRetry ? "yes" : "no", row[3]);
    }

    private static Refusal Make(Type type)
    {
        var constructor = type.GetConstructors().Single();
        return (Refusal)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType))]);
    }

    private static object Sample(Type type)
    {
        var upload = UploadId.FromRandom(new byte[UploadId.RandomBytes]);
        Assert.True(AccountId.TryParse("111122223333", out var account));
        Assert.True(VaultName.TryParse("v", out var name));
        Assert.True(PartSize.TryCreate(Requests.MiB, out var size));
        return type switch
        {
            _ when type == typeof(int) => 7,
            _ when type == typeof(long) => 7L,
            _ when type == typeof(bool) => true,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch,
            _ when type == typeof(PartRange) => new PartRange(0, 1),
            _ when type == typeof(PartSize) => size,
            _ when type == typeof(AccountId) => account,
            _ when type == typeof(VaultId) => new VaultId(account, name),
            _ when type == typeof(ArchiveId) => ArchiveId.Derive(upload, 1, default),
            _ when type == typeof(JobId) => JobId.FromRandom(new byte[JobId.RandomBytes]),
            _ when type == typeof(TreeHash) => default(TreeHash),
            _ when type == typeof(LinearHash) => default(LinearHash),
            _ => throw new NotSupportedException($"No sample of {type}."),
        };
    }
}
