using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Answers;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>Bytes of an inventory.</summary>
internal sealed class InventoryOutputAnswer(InventoryPrinter printer, InventoryJob job, OutputRange output) : GlacierAnswer
{
    /// <inheritdoc/>
    public override int Status => output.Status;

    /// <inheritdoc/>
    public override Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
    {
        response.ContentType = InventoryText.ContentTypeOf(job.Format);
        output.Describe(response, job.Output.SizeBytes);
        return printer.CopyAsync(job, output.Range, body, cancellationToken);
    }
}
