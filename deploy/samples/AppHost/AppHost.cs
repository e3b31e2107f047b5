var builder = DistributedApplication.CreateBuilder(args);
var uploads = builder.AddOrleansUploads("uploads").WithDataVolume();
builder.AddContainer("aws", "amazon/aws-cli").WithArgs("s3", "mb", "s3://photos").WithAwsEnvironment(uploads).WaitFor(uploads);
builder.Build().Run();
