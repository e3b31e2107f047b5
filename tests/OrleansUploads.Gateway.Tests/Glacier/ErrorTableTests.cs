using System.Reflection;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Tests.Http.Fronts;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Every refusal, signature outcome and fault is answered with the error that docs/errors.md lists for it.</summary>
public sealed class ErrorTableTests
{
    private static readonly Dictionary<string, string[]> Documented =
        Documentation.Rows("errors.md").DistinctBy(row => row[0]).ToDictionary(row => row[0].Trim('`'), row => row);

    [Fact]
    public void Each_refusal_has_its_documented_error()
    {
        Assert.NotEmpty(RefusalMessages.Samples);
        foreach (var refusal in RefusalMessages.Samples)
        {
            AssertDocumented(refusal.GetType().Name, Describe(refusal));
        }

        Assert.Empty(RefusalMessages.Faults(
            RefusalMessages.Samples, static refusal => (Describe(refusal).Code, Describe(refusal).Message)));
    }

    [Fact]
    public void A_refusal_without_a_valid_code_and_message_is_reported_by_name()
    {
        var faults = RefusalMessages.Faults(RefusalMessages.Samples, static refusal => refusal switch
        {
            Refusal.NoParts => throw new ArgumentOutOfRangeException(nameof(refusal)),
            Refusal.PartLost => (null, "Upload the part again."),
            Refusal.PartMissing => ("Code", " "),
            Refusal.SizeDiffers r => ("Code", $"Refused: {r}"),
            _ => (Describe(refusal).Code, Describe(refusal).Message),
        });
        Assert.Equal(
            [
                "NoParts is not described: ArgumentOutOfRangeException.",
                "PartLost has no code.",
                "PartMissing has no message.",
                "SizeDiffers prints a C# type in its message: Refused: SizeDiffers { StatedBytes = 7, UploadedBytes = 7 }",
            ],
            faults);
    }

    [Fact]
    public void Each_signature_outcome_has_its_documented_error()
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
            new JournalUnavailableException("x") { IsDiskFull = true },
            new JournalUnavailableException("x") { IsRefusal = true },
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
    public void An_unavailable_entity_gets_the_error_of_its_cause()
    {
        var entity = new EntityId(EntityKind.Vault, "x");
        foreach (var cause in new Exception[] { new JournalUnavailableException("x"), new JournalDamagedException("x") })
        {
            var unavailable = new EntityUnavailableException(entity, "x", cause);
            var (expected, described) = (DescribeFault(cause), DescribeFault(unavailable));
            Assert.Equal((expected.Status, expected.Code, expected.Message), (described.Status, described.Code, described.Message));
        }
    }

    [Fact]
    public void A_client_is_told_that_a_refused_request_was_not_carried_out_also_if_another_process_says_so()
    {
        var refused = DescribeFault(new EntityUnavailableException(new EntityId(EntityKind.Vault, "x"), "secret") { IsRefused = true });

        Assert.Contains("so the request was not carried out", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, DescribeFault(new JournalUnavailableException("secret") { IsRefusal = true }).Message);
    }

    [Fact]
    public void A_client_whose_outcome_is_unknown_is_told_when_to_try_again()
    {
        Assert.True(DescribeFault(new EntityUnavailableException(new EntityId(EntityKind.Vault, "x"), "x")).RetryAfter > TimeSpan.Zero);
        Assert.True(S3HttpErrors.Describe(new HttpError.OutcomeUnknown()).RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public void The_documented_codes_are_exactly_those_that_the_server_sends()
    {
        var codes = typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        var documented = Documented.Values.Select(row => row[1].Trim('`')).Where(code => char.IsUpper(code[0])).Distinct();
        Assert.Equal(codes.Order(), documented.Order());
    }

    private static GlacierError Describe(Refusal refusal) => GlacierRefusals.Describe(refusal, "us-east-1", "the-id");

    private static GlacierError DescribeFault(Exception fault) =>
        GlacierHttpErrors.Describe(HttpFaults.ToError(fault, "the-request", maxDocumentBytes: 1024));

    private static GlacierError DescribeVerdict(SignatureOutcome outcome) =>
        GlacierHttpErrors.Describe(new HttpError.SignatureRejected(HttpErrorSamples.Verdict(outcome), "us-east-1"));

    private static void AssertDocumented(string name, GlacierError error)
    {
        Assert.True(Documented.TryGetValue(name, out var row), $"docs/errors.md has no row for {name}. Add one.");
        Assert.Equal($"`{error.Code}`", row[1]);
        Assert.Equal(error.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), row[2]);
        var isRetriedBySdks = error.Status >= 500 || error.Code is ErrorCode.RequestTimeout or ErrorCode.Throttling;
        Assert.Equal(isRetriedBySdks ? "yes" : "no", row[3]);
    }
}
