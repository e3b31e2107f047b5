using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Every refusal has a code and a message in the vault API.</summary>
public sealed class GlacierRefusalsTests
{
    [Fact]
    public void Every_refusal_has_a_code_and_a_message() => Assert.Empty(RefusalMessages.Faults(RefusalMessages.Samples, Describe));

    [Fact]
    public void Refusals_without_a_valid_code_and_message_are_reported_by_name()
    {
        var faults = RefusalMessages.Faults(RefusalMessages.Samples, static refusal => refusal switch
        {
            Refusal.NoParts => throw new ArgumentOutOfRangeException(nameof(refusal)),
            Refusal.PartLost => (null, "Upload the part again."),
            Refusal.PartMissing => ("Code", " "),
            Refusal.PartTooLarge r => ("Code", $"The part size is {r.PartSize} bytes."),
            Refusal.SizeDiffers r => ("Code", $"Refused: {r}"),
            _ => Describe(refusal),
        });
        Assert.Equal(
            [
                "NoParts is not described: ArgumentOutOfRangeException.",
                "PartLost has no code.",
                "PartMissing has no message.",
                "PartTooLarge prints a C# type in its message: The part size is PartSize { Bytes = 1048576 } bytes.",
                "SizeDiffers prints a C# type in its message: Refused: SizeDiffers { StatedBytes = 7, UploadedBytes = 7 }",
            ],
            faults);
    }

    private static (string? Code, string? Message) Describe(Refusal refusal)
    {
        var error = GlacierRefusals.Describe(refusal, "us-east-1", "the-id");
        return (error.Code, error.Message);
    }
}
